"""ECR: scanning that is switched off. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageScanningConfiguration.html"""
from moto.ecr.models import ecr_backends

from .core import after


@after("ecr.PutImageScanningConfiguration")
def keep_scanning(call, result):
    repository = ecr_backends[call.account][call.region].repositories.get(call.params["repositoryName"])
    if repository is not None:
        repository.image_scanning_configuration = call.params["imageScanningConfiguration"]
