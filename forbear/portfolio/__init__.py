"""Portfolios of loans as a core bank would report them: read, made up, and played to Kafka."""
