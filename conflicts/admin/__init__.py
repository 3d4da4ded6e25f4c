from conflicts.admin import cases as cases
