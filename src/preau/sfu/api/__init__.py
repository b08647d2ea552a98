"""The server API: access tokens, RoomService over Twirp, webhooks."""
