"""Legal matters: approvals, limitation, court milestones and their deadlines."""
