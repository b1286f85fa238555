from django.urls import path

from heedline.specialist_desks.protection.pages import site_pages

urlpatterns = [
    path("w/r/<uuid:ref>/site/", site_pages.of_request, name="protection-site-of-request"),
    path("w/sites/", site_pages.site_list, name="protection-sites"),
    path("w/sites/new/", site_pages.new_site, name="protection-new-site"),
    path("w/sites/<uuid:ref>/", site_pages.site, name="protection-site"),
    path("w/sites/<uuid:ref>/change/", site_pages.change_site, name="protection-change-site"),
    path("w/sites/<uuid:ref>/<slug:move>/", site_pages.site_move, name="protection-site-move"),
]
