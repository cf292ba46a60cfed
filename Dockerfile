# Chit（小票）. Two stages: the first builds the environment from the lock, the second only runs it.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9 && uv venv --python /usr/local/bin/python3 /venv
# Compiled here, since the container's user cannot write beside the code.
ENV VIRTUAL_ENV=/venv UV_COMPILE_BYTECODE=1
COPY requirements.lock ./
RUN uv pip install --no-cache --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY core core
COPY storage storage
COPY connectors connectors
COPY recognition recognition
COPY sandbox sandbox
RUN uv pip install --no-cache --no-deps .

# No packages are added: OpenCV comes headless, and what the wheels do not bring along (libc,
# libstdc++, libgcc, zlib) is in the slim image.
FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 chit && mkdir /data && chown chit /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER chit
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["chit"]
CMD ["serve", "--config", "/data/chit.toml"]
