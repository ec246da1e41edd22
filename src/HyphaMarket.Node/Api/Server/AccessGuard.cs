using System.Net;
using Microsoft.AspNetCore.Http;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Lets in who may: everybody over the Unix socket, and over the loopback port whoever shows the token, under the name of this machine.</summary>
/// <remarks>
/// A web page of a stranger can make a browser ask 127.0.0.1, under a name of its own that it points there (DNS rebinding): so the Host header must name
/// loopback. No answer carries a CORS header, so such a page reads nothing even under the right name, and without the token it changes nothing.
/// </remarks>
internal sealed class AccessGuard(RequestDelegate next, ApiToken? token, Func<PathString, bool> isOpen)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<TrustedConnection>() is not null) return next(context);
        if (!IsLoopback(context.Request.Host.Host))
        {
            throw new ApiException(ApiFailure.Forbidden, "wrong-host", "The request's Host header names another machine than this one.", "Ask 127.0.0.1, [::1] or localhost; a proxy before the daemon sets the header so.");
        }

        // The page's own files hold no secret; they ask for the token themselves.
        if (HttpMethods.IsGet(context.Request.Method) && isOpen(context.Request.Path)) return next(context);
        if (token is null || !token.IsShownBy(context.Request.Headers.Authorization))
        {
            throw new ApiException(ApiFailure.Unauthorized, "wrong-token", "The request does not show this daemon's token, and over the loopback port everybody must.",
                "Send \"Authorization: Bearer TOKEN\" with the content of api.token in the data directory, or come over the Unix socket.");
        }

        return next(context);
    }

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
