from django.urls import URLPattern, URLResolver, path

from imports import views

app_name = "imports"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.batch_list, name="list"),
    path("<int:pk>/", views.batch, name="batch"),
    path("<int:pk>/refused/", views.refused, name="refused"),
    path("<int:pk>/refused.xlsx", views.refused_workbook, name="refused_workbook"),
    path("<int:pk>/file/", views.file, name="file"),
]
