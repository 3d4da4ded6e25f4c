from conflicts.admin import cases as cases
from conflicts.admin import enforcement as enforcement
from conflicts.admin import findings as findings
from conflicts.admin import inquiries as inquiries
from conflicts.admin import rulebooks as rulebooks
