using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Api.Server;

/// <summary>The API's description (OpenAPI 3.1), made from the routes as they are mapped and the contracts as they are serialised, so that it cannot drift.</summary>
internal static partial class OpenApiDocument
{
    public static JsonObject Of(IEnumerable<ApiRoute> routes)
    {
        var schemas = new JsonObject();
        var paths = new JsonObject();
        var error = Reference(schemas, ApiJson.Default.ApiError);
        foreach (var group in routes.GroupBy(route => route.Path).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var item = new JsonObject();
            foreach (var route in group) item[route.Method.ToLowerInvariant()] = Operation(route, schemas, error);
            paths[group.Key] = item;
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "HyphaMarket daemon",
                ["version"] = NodeStatusService.Version,
                ["description"] = "The local API of one node: what the verbs of hypha-market do, over HTTP. Over the Unix socket nobody needs a token; over the loopback port everybody shows the one in api.token.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
            },
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
        };
    }

    private static JsonObject Operation(ApiRoute route, JsonObject schemas, JsonObject error)
    {
        var parameters = new JsonArray();
        foreach (Match name in RouteName().Matches(route.Path)) parameters.Add(Parameter("path", name.Groups[1].Value, null, isRequired: true));
        foreach (var (name, says) in route.QueryParameters) parameters.Add(Parameter("query", name, says, isRequired: false));
        var changes = route.Method is not "GET" && !route.IsStream;
        if (changes) parameters.Add(Parameter("header", IdempotencyStore.Header, "1 to 64 visible ASCII characters: the same request sent again under one key is done once and answered the same, for an hour.", isRequired: false));
        if (route is { IsStream: true, Method: "GET" }) parameters.Add(Parameter("header", "Last-Event-ID", "The id of the last event seen: a stream of events goes on after it.", isRequired: false));
        var operation = new JsonObject { ["summary"] = route.Summary, ["parameters"] = parameters };
        if (route.Body is { } body) operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content("application/json", Reference(schemas, body)) };
        operation["responses"] = new JsonObject
        {
            ["200"] = new JsonObject { ["description"] = route.IsStream ? "A stream that begins at once." : "Done.", ["content"] = Answer(route, schemas) },
            ["default"] = new JsonObject { ["description"] = "What was wrong, and what would help.", ["content"] = Content("application/json", (JsonObject)error.DeepClone()) },
        };
        if (route.IsOpen) operation["security"] = new JsonArray();
        return operation;
    }

    private static JsonObject Answer(ApiRoute route, JsonObject schemas)
    {
        if (route.Answer is not { } type) return Content(route.Media ?? "text/plain", new JsonObject { ["type"] = "string" });
        if (!route.IsStream) return Content("application/json", Reference(schemas, type));
        var streams = Content(StreamWriter.JsonLines, Reference(schemas, type));
        streams[StreamWriter.ServerSentEvents] = new JsonObject { ["schema"] = Reference(schemas, type) };
        return streams;
    }

    private static JsonObject Parameter(string place, string name, string? says, bool isRequired)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = isRequired, ["schema"] = new JsonObject { ["type"] = "string" } };
        if (says is not null) parameter["description"] = says;
        return parameter;
    }

    private static JsonObject Content(string media, JsonObject schema) => new() { [media] = new JsonObject { ["schema"] = schema } };

    /// <summary>A contract's schema goes in once, under its name.</summary>
    private static JsonObject Reference(JsonObject schemas, JsonTypeInfo type)
    {
        if (type.Kind == JsonTypeInfoKind.Enumerable && type.ElementType is { } element)
        {
            var of = ApiJson.Default.GetTypeInfo(element) ?? throw new InvalidOperationException($"{element.Name} is no contract.");
            return new JsonObject { ["type"] = "array", ["items"] = Reference(schemas, of) };
        }

        var name = type.Type.Name;
        if (!schemas.ContainsKey(name)) schemas[name] = type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex RouteName();
}
