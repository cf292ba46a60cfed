"""Pictures of figures for chats and reports, the same on machines that have no Chinese font."""
