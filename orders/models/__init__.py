from orders.models.customer import Customer, Mark
from orders.models.intake import Dismissal, Import, RejectedRow
from orders.models.line import Line
from orders.models.order import Order
