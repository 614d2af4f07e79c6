# A static binary on an empty base, run by a user without rights.
FROM golang:1.26.11-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG RELEASE=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$RELEASE" -o /quartet ./cmd/quartet && mkdir -m 700 /data

FROM scratch
# WeChat and SMS vendors are called over TLS.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /quartet /quartet
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 8080
ENV QUARTET_ADDR=0.0.0.0:8080 QUARTET_DATABASE=sqlite:/data/quartet.db QUARTET_LOG_FORMAT=json
# The program checks itself, because the image has neither a shell nor curl.
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["/quartet", "health"]
ENTRYPOINT ["/quartet"]
CMD ["serve"]
