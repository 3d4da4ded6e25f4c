from channels.models.authorisation import Authorisation, Lifting, Revocation
from channels.models.correction import Correction
from channels.models.ledger import Entry
from channels.models.listing import Listing
from channels.models.partner import Partner
from channels.models.platform import Platform
from channels.models.product import ListPrice, NamedSeller, Product
from channels.models.region import Region
from channels.models.shop import Shop
from channels.models.statement import Statement, StatementLine, StatementTerms
from channels.models.territory import Territory
