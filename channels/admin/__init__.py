from channels.admin import accounts as accounts
from channels.admin import network as network
