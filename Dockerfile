# syntax=docker/dockerfile:1
FROM python:3.11-slim-bookworm AS build

WORKDIR /build
COPY . .
# As a variable it also holds for what builds the package, which "-c" does not.
ENV PIP_CONSTRAINT=/build/constraints.txt
# The environment is built whole here and copied as one layer: no pip cache, no sources in the image.
RUN python -m venv /opt/monitor \
    && /opt/monitor/bin/pip install --no-cache-dir ".[postgres,dkim,apprise]"

FROM python:3.11-slim-bookworm

RUN useradd --system --uid 10001 --home-dir /srv/monitor --create-home --shell /usr/sbin/nologin monitor \
    && install --directory --owner=monitor --group=monitor /srv/monitor/data
COPY --from=build /opt/monitor /opt/monitor
ENV PATH="/opt/monitor/bin:$PATH" \
    PYTHONUNBUFFERED=1
WORKDIR /srv/monitor
USER 10001
# Mount your own /srv/monitor/config and /srv/monitor/rules, read-only if you like; data is what must survive.
VOLUME ["/srv/monitor/data"]
# Pages and metrics; outside the container they need MONITOR_WEB__HOST=0.0.0.0 and a password, see docs/pages.md.
ENV MONITOR_WEB__PORT=8600
EXPOSE 8600
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"MONITOR_WEB__PORT\"]}/healthz', timeout=8)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["monitor"]
CMD ["run"]
