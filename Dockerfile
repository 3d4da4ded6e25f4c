# syntax=docker/dockerfile:1
ARG PYTHON=3.12-slim-bookworm

FROM python:${PYTHON} AS packages
ARG PIP_INDEX_URL
COPY requirements-production.lock .
RUN python -m venv /venv \
    && /venv/bin/pip install -q --disable-pip-version-check --no-cache-dir --no-deps \
       --require-hashes --only-binary :all: -r requirements-production.lock \
    && /venv/bin/pip uninstall -q -y pip

FROM python:${PYTHON}
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONUTF8=1 \
    STATIC_ROOT=/app/static MEDIA_ROOT=/media MPLCONFIGDIR=/tmp/matplotlib
RUN useradd --uid 10001 --create-home opsdesk && install -d -o opsdesk -g opsdesk /media
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# Not secrets, only so that the settings start; no image holds a real one.
RUN SECRET_KEY=build PRIVACY_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= FINGERPRINT_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    python manage.py collectstatic --no-input -v 0
USER opsdesk
VOLUME /media
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=5 CMD ["python", "-c", "\
import http.client; web = http.client.HTTPConnection('localhost', 8000, timeout=2); \
web.request('GET', '/healthz'); raise SystemExit(web.getresponse().status >= 400)"]
CMD ["gunicorn", "opsdesk.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--access-logfile", "-", "--graceful-timeout", "20"]
