from conflicts.admin import findings as findings
from conflicts.admin import inquiries as inquiries
