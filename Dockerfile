# One image for every role: it serves all APIs, or those named in APIS. Sources are compiled in the first stage; the
# second holds production packages and the compiled tree only, and runs as an ordinary user.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY . .
RUN npm run build && find dist \( -name '*.spec.js*' -o -name '.tsbuildinfo' -o -name '.*.stamp' \) -delete \
    && rm -rf dist/test dist/libs/testing

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 SANDBOX_HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force && install -d -o node -g node /data
COPY --from=build /app/dist dist
COPY openapi openapi
USER node
VOLUME /data
EXPOSE 3000 3900
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/apps/gateway/src/main.js"]
