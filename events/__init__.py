"""The facts on Kafka as generated Protobuf messages; the source of truth is proto/events."""
