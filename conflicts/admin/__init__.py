from conflicts.admin import inquiries as inquiries
from conflicts.admin import signals as signals
