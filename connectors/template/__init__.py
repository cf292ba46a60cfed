"""A connector to copy: the smallest one that does everything right. See docs/zh/connector-guide.md.

It speaks to a made-up OA: `POST /token`, `POST /processes`, `GET /processes/{id}`,
`POST /processes/{id}/cancel`, `GET /processes?key=`.
"""
