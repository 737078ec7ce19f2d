"""The local stack: real PostgreSQL, Kafka and Temporal, and every service, under one supervisor."""
