from django.urls import path

from heedline.specialist_desks.intelligence.pages import check_page, editor_page, product_pages

urlpatterns = [
    path("w/r/<uuid:ref>/product/", product_pages.of_report, name="intelligence-of-report"),
    path("w/products/", product_pages.product_list, name="intelligence-products"),
    path("w/products/<uuid:ref>/", product_pages.product, name="intelligence-product"),
    path("w/products/<uuid:ref>/write/", editor_page.write, name="intelligence-write"),
    path("w/products/<uuid:ref>/check/", check_page.check, name="intelligence-check"),
    path("w/products/<uuid:ref>/<slug:move>/", product_pages.product_move, name="intelligence-move"),
]
