"""Signed notes, checkpoints, cosignatures, policies and receipts of C2SP: text that anybody can verify offline."""
