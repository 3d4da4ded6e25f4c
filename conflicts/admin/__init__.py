from conflicts.admin import rulebooks as rulebooks
