from typing import Any

app_name = "directory"
urlpatterns: list[Any] = []
