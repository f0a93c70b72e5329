//! The way of an answer to Lambda: the bytes that were written, from their own buffer into the socket.
//!
//! `lambda_runtime` takes an answer as a value, which it writes as JSON into a buffer that grows. Ours is JSON
//! already, 6 MB of it at most, so answers to AppFlow are sent from here. All other events, and what may
//! be wrong with them, are left to the library.

use crate::{Okta, time_left};
use appflow_connector::handle;
use bytes::Bytes;
use http::{Method, Request, header::HeaderName};
use lambda_runtime::{Error, LambdaInvocation, Service};
use lambda_runtime_api_client::{PooledClient, build_request};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Names one delivery of an event. Lambda wants it back, where it was given.
const INVOCATION_ID: HeaderName = HeaderName::from_static("lambda-runtime-invocation-id");

/// Answers the requests of AppFlow, and hands all other events to the service behind it.
#[derive(Clone)]
pub(crate) struct AppFlowRequests<S> {
    connector: Arc<Okta>,
    lambda: Arc<PooledClient>,
    others: S,
}

impl<S> AppFlowRequests<S> {
    /// Puts `connector` in front of `others`.
    pub(crate) fn new(connector: Arc<Okta>, others: S) -> Self {
        let lambda = PooledClient::builder().with_pool_size(1).build();
        Self { connector, lambda: Arc::new(lambda), others }
    }
}

impl<S> Service<LambdaInvocation> for AppFlowRequests<S>
where
    S: Service<LambdaInvocation, Response = (), Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = ();
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.others.poll_ready(context)
    }

    fn call(&mut self, event: LambdaInvocation) -> Self::Future {
        let next = self.others.clone();
        // The service that was found ready is the one to be called.
        let mut others = std::mem::replace(&mut self.others, next);
        let (connector, lambda) = (Arc::clone(&self.connector), Arc::clone(&self.lambda));
        Box::pin(async move {
            match handle(&*connector, &event.body, time_left(&event.context)).await {
                Ok(answer) => {
                    let answer = Bytes::from(answer);
                    send(&lambda, &event, answer.clone()).await?;
                    if answer.is_unique() {
                        connector.take_back(answer.into());
                    }
                    Ok(())
                }
                Err(_) => others.call(event).await,
            }
        })
    }
}

/// Sends the answer to an event. One that Lambda does not take, since it came too late, is none of the next event's.
async fn send(lambda: &PooledClient, event: &LambdaInvocation, answer: Bytes) -> Result<(), Error> {
    let path = format!("/2018-06-01/runtime/invocation/{}/response", event.context.request_id);
    let mut request = build_request().method(Method::POST).uri(path);
    if let Some(id) = event.parts.headers.get(&INVOCATION_ID) {
        request = request.header(INVOCATION_ID, id);
    }
    let request: Request<_> = request.body(answer.into())?;
    let status = lambda.call(request).await?.status();
    if !status.is_success() {
        tracing::error!(status = status.as_u16(), "Lambda did not take the answer");
    }
    Ok(())
}
