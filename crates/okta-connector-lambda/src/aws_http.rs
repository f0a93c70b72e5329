//! The HTTP client of the AWS SDK, on the TLS stack of the rest of the product.
//!
//! The SDK's own client reads and parses the machine's certificates when it is built, which is a third of what a cold
//! start costs; the roots that are linked in are Amazon's too.

use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::config::{HttpClient, RuntimeComponents};
use aws_sdk_secretsmanager::error::{BoxError, ConnectorError};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use std::time::Duration;

/// Sends the requests of the AWS SDK.
#[derive(Clone, Debug)]
pub(crate) struct AwsHttp(reqwest::Client);

impl AwsHttp {
    /// Makes a client that waits so long for a connection. An answer is waited for as long as the SDK says.
    ///
    /// # Errors
    ///
    /// TLS cannot be set up, which no environment is known to cause.
    pub(crate) fn new(connect_timeout: Duration) -> Result<Self, BoxError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(okta_client::tls_config()?)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(connect_timeout)
            .build()?;
        Ok(Self(client))
    }
}

impl HttpClient for AwsHttp {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for AwsHttp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move { exchange(&client, request).await })
    }
}

async fn exchange(
    client: &reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let user = |error: BoxError| ConnectorError::user(error);
    let request = request.try_into_http1x().map_err(|error| user(error.into()))?;
    // What is asked of Secrets Manager and KMS is never a stream.
    let request = request.map(|body| body.bytes().unwrap_or_default().to_vec());
    let request = reqwest::Request::try_from(request).map_err(|error| user(error.into()))?;
    let mut response = client.execute(request).await.map_err(classify)?;
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let mut answer = http::Response::new(response.bytes().await.map_err(classify)?.into());
    (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
    HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
}

/// Tells the SDK which failures another attempt may mend.
fn classify(error: reqwest::Error) -> ConnectorError {
    match error.is_timeout() {
        true => ConnectorError::timeout(error.into()),
        false => ConnectorError::io(error.into()),
    }
}
