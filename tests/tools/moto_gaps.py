"""What moto's CloudFormation lacks of the resources of template.yaml: whole types, properties, and most of an update in
place, which CloudFormation makes by the API of the service."""

import json

from moto.awslambda.models import LambdaFunction, Permission
from moto.awslambda.utils import get_backend
from moto.cloudformation.parsing import ResourceMap
from moto.core.common_models import CloudFormationModel
from moto.events.models import Rule
from moto.iam.models import Role
from moto.logs.models import LogGroup

recorded = {}


def record(resource_type, name_property, attributes):
    """Makes a type of resource that only remembers its properties."""

    class Recorded(CloudFormationModel):
        __module__ = "moto.recorded.models"  # moto takes the name of the service from it.

        def __init__(self, name, properties):
            self.physical_resource_id = name
            recorded[name] = resource_type, properties

        @staticmethod
        def cloudformation_name_type():
            return name_property

        @staticmethod
        def cloudformation_type():
            return resource_type

        @classmethod
        def has_cfn_attr(cls, attribute):
            return attribute in attributes

        def get_cfn_attribute(self, attribute):
            assert attribute in attributes, f"{resource_type} has no {attribute}"
            return f"{attribute} of {self.physical_resource_id}"

        def is_created(self):
            return True

        @classmethod
        def create_from_cloudformation_json(cls, resource_name, cloudformation_json, *_, **__):
            return cls(resource_name, cloudformation_json["Properties"])

        @classmethod
        def update_from_cloudformation_json(cls, original_resource, cloudformation_json, **_):
            original_resource.delete()
            properties = cloudformation_json["Properties"]
            return cls(properties.get(name_property, original_resource.physical_resource_id), properties)

        def delete(self, *_):
            del recorded[self.physical_resource_id]

    return Recorded


# Kept, since moto finds the types by looking for classes that live.
RECORDED = [
    record("AWS::AppFlow::Connector", "ConnectorLabel", ["ConnectorArn"]),
    record("AWS::CloudWatch::Alarm", "AlarmName", ["Arn"]),
]


def complete(model, settle):
    """Lets `settle` bring a resource of moto's to its properties, when it is made and when it is updated."""
    create = model.create_from_cloudformation_json.__func__

    def created(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = json.loads(json.dumps(cloudformation_json["Properties"]))
        made = create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
        settle(made, properties, account_id, region_name)
        return made

    def updated(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        settle(original_resource, cloudformation_json["Properties"], account_id, region_name)
        return original_resource

    model.create_from_cloudformation_json = classmethod(created)
    model.update_from_cloudformation_json = classmethod(updated)


def settle_role(role, properties, *_):
    role.description = properties["Description"]
    role.permissions_boundary_arn = properties.get("PermissionsBoundary")
    for policy in properties["Policies"]:
        role.policies[policy["PolicyName"]] = json.dumps(policy["PolicyDocument"])


def settle_function(function, properties, *_):
    function._vpc_config = None
    function.update_configuration(properties)
    function.update_function_code(properties["Code"])
    function.reserved_concurrency = properties.get("ReservedConcurrentExecutions")
    function.architectures = properties["Architectures"]


def settle_log(group, properties, *_):
    group.retention_in_days = properties["RetentionInDays"]
    group.kms_key_id = properties.get("KmsKeyId")


def settle_permission(permission, properties, account_id, region):
    """Puts one statement in the place of another. moto knows no way to remove one."""
    permission.delete()
    permission.policy = get_backend(account_id, region).get_function(properties["FunctionName"]).policy
    permission.policy.add_statement(raw=json.dumps(properties))
    permission.statement = permission.policy.statements[-1]


def delete_permission(permission, *_):
    if hasattr(permission, "statement"):
        permission.policy.statements.remove(permission.statement)


def update_rule(cls, original_resource, cloudformation_json, account_id, region_name, **_):
    """Makes a rule anew under its old name. moto draws another one."""
    original_resource.delete(account_id, region_name)
    name = original_resource.name
    return cls.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)


def update_resources(self, template, *arguments):
    """Forgets the resources that an update before has deleted, which moto would take for those to be made."""
    for name in template["Resources"]:
        if name not in self._resource_json_map:
            self._parsed_resources.pop(name, None)
    return update_of_moto(self, template, *arguments)


update_of_moto, ResourceMap.update = ResourceMap.update, update_resources
Permission.create_from_cloudformation_json = classmethod(lambda cls, *_, **__: cls("us-east-1"))
Permission.delete = delete_permission
Rule.update_from_cloudformation_json = classmethod(update_rule)
complete(Permission, settle_permission)
complete(Role, settle_role)
complete(LambdaFunction, settle_function)
complete(LogGroup, settle_log)
