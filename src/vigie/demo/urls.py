from typing import Any

app_name = "demo"
urlpatterns: list[Any] = []
