using Microsoft.AspNetCore.Http;

using HyphaMarket.Node.Telemetry;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Answers so many requests a second, and tells the others when to come again: a caller in a loop must not take the processor from the market.</summary>
/// <remarks>What comes without the token has a share of its own, so that it cannot take the others'.</remarks>
internal sealed class RequestLimiter(RequestDelegate next, TokenBucket ours, TokenBucket strangers, ApiToken? token, NodeMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isOurs = context.Features.Get<TrustedConnection>() is not null || token?.IsShownBy(context.Request.Headers.Authorization) == true;
        if ((isOurs ? ours : strangers).TryTake(out var wait)) return next(context);
        metrics.RateLimited("api");
        throw new ApiException(ApiFailure.TooFast, "too-many-requests", "The daemon gets more requests than it answers.", "Wait as long as Retry-After says; streams spare polling. See \"api.requestsPerSecond\".") { RetryAfter = wait };
    }
}
