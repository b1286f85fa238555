from django.urls import path

from heedline.specialist_desks.intelligence.pages import check_page, editor_page, product_pages, sending_pages

urlpatterns = [
    path("w/r/<uuid:ref>/product/", product_pages.of_report, name="intelligence-of-report"),
    path("w/products/", product_pages.product_list, name="intelligence-products"),
    path("w/products/sent/<uuid:ref>/", sending_pages.sent, name="intelligence-sent"),
    path("w/products/sent/<uuid:ref>/<slug:move>/", sending_pages.sent_move, name="intelligence-sent-move"),
    path("w/products/received/", sending_pages.received_list, name="intelligence-received-list"),
    path("w/products/received/<uuid:ref>/", sending_pages.received, name="intelligence-received"),
    path(
        "w/products/received/<uuid:ref>/<slug:move>/",
        sending_pages.received_move,
        name="intelligence-received-move",
    ),
    path("w/products/<uuid:ref>/send/", sending_pages.send, name="intelligence-send"),
    path("w/products/<uuid:ref>/", product_pages.product, name="intelligence-product"),
    path("w/products/<uuid:ref>/write/", editor_page.write, name="intelligence-write"),
    path("w/products/<uuid:ref>/check/", check_page.check, name="intelligence-check"),
    path("w/products/<uuid:ref>/<slug:move>/", product_pages.product_move, name="intelligence-move"),
]
