using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HyphaMarket.Node.Page;

/// <summary>Serves the market page: a few files that the program carries, read-only. What it shows, it asks of the API with the user's token.</summary>
/// <remarks>
/// The policy lets the page load and ask nothing but this daemon, run no script of its text, and be framed by nobody; so nothing that a peer writes into
/// an offer can run here, and the page works where there is no other network.
/// </remarks>
internal static class MarketPage
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Prefix = "HyphaMarket.Node.Page.Files.";

    /// <summary>By path, with <c>/</c> for the page itself. Read when the page is first opened: few nodes' users ever do.</summary>
    private static readonly Lazy<Dictionary<string, PageFile>> s_files = new(Load);

    public static bool IsPartOf(PathString path) => path == "/" || path.StartsWithSegments("/page");

    public static void Map(WebApplication app)
    {
        app.MapGet("/", WriteAsync);
        app.MapGet("/page/{file}", WriteAsync);
    }

    private static async Task WriteAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!s_files.Value.TryGetValue(context.Request.Path.Value!, out var file)) throw new Api.ApiException(Api.ApiFailure.NotFound, "no-such-resource", $"There is nothing at {context.Request.Path}.", "The page is at /.");
        headers.ETag = file.Tag;
        // Asked for each time and answered by the tag: after an update of the daemon nobody looks at an old page.
        headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch == file.Tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = file.Media;
        context.Response.ContentLength = file.Content.Length;
        await context.Response.Body.WriteAsync(file.Content, context.RequestAborted);
    }

    private static Dictionary<string, PageFile> Load()
    {
        var assembly = typeof(MarketPage).Assembly;
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(
            name => name[Prefix.Length..] is "index.html" ? "/" : $"/page/{name[Prefix.Length..]}",
            name =>
            {
                using var resource = assembly.GetManifestResourceStream(name)!;
                var content = new byte[resource.Length];
                resource.ReadExactly(content);
                return new PageFile(MediaOf(name), content, $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"");
            },
            StringComparer.Ordinal);
    }

    private static string MediaOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"The page has no files {other}."),
    };
}
