"""What a collectors' call queue decides, without a database: whose turn, what may be shown, what
follows."""
