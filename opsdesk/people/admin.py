from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from opsdesk.entry.admin import Recorded
from opsdesk.people.models import Scope, User
from opsdesk.people.roles import LABELS

admin.site.unregister(Group)


class RoleField(forms.ModelMultipleChoiceField):
    """Roles by what people call them."""

    def label_from_instance(self, group: Any) -> str:
        return str(LABELS.get(group.name, group.name))


class RightField(forms.ModelMultipleChoiceField):
    """Rights in Chinese where they are ours, with the record that they are about."""

    def label_from_instance(self, permission: Any) -> str:
        return f"{permission.content_type.name}：{gettext(permission.name)}"


class ScopeInline(TabularInline):
    model = Scope
    extra = 0


@admin.register(User)
class UserAdmin(Recorded, DjangoUserAdmin, ModelAdmin):
    form, add_form, change_password_form = UserChangeForm, UserCreationForm, AdminPasswordChangeForm
    list_display = ("username", "full_name", "roles", "email", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("username", "full_name", "email")
    inlines = (ScopeInline,)
    fieldsets = (
        (None, {"fields": ("username", "password", "full_name", "email")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "full_name", "email", "password1", "password2")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Superusers exist for superusers only: nobody else may change, disable or take over one of them."""
        users = super().get_queryset(request).prefetch_related("groups")
        return users if request.user.is_superuser else users.exclude(is_superuser=True)  # type: ignore[union-attr]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        above = obj is not None and obj.is_superuser and not request.user.is_superuser  # type: ignore[union-attr]
        return not above and super().has_change_permission(request, obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """AU-3: that somebody's password was set is recorded, what it was is not."""
        with transaction.atomic():
            user = self.get_object(request, unquote(id))
            answer = super().user_change_password(request, id, form_url)
            if user and not User.objects.filter(pk=user.pk, password=user.password).exists():
                self.write_down(request, user, {"password": ["****", "****"]})
        return answer

    @display(description=_("roles"))
    def roles(self, user: User) -> str:
        return "、".join(str(LABELS.get(group.name, group.name)) for group in user.groups.all())

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["form_class"] = RoleField
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what a person did keeps his name; switch him off instead

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if request.user.is_superuser else ("is_superuser",)  # type: ignore[union-attr]


@admin.register(Group)
class GroupAdmin(Recorded, DjangoGroupAdmin, ModelAdmin):
    list_display = ("label", "name")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        if db_field.name == "permissions":
            kwargs["form_class"] = RightField
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[arg-type]

    @display(description=_("role"))
    def label(self, group: Group) -> str:
        return str(LABELS.get(group.name, group.name))
