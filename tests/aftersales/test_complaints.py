"""AS-9: a complaint is a closed loop with one owner at every moment."""
