from aftersales.admin import jobs as jobs
