using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Api;

/// <summary>The API's description holds every route, parameter and contract that the program has.</summary>
public sealed partial class OpenApiTests
{
    private static JsonObject s_document = null!;
    private static IReadOnlyList<string> s_routes = null!;

    [OneTimeSetUp]
    public async Task ReadDocument()
    {
        await using var node = await RunningNode.StartAsync();
        s_document = JsonNode.Parse(await node.Client.GetStringAsync("/openapi.json"))!.AsObject();
        s_routes = [.. node.Host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {route.RoutePattern.RawText}"))
            .Where(route => route is not ("GET /" or "GET /page/{file}")).Distinct()];
    }

    [Test]
    public void EveryRoute_IsInTheDocument_AndNoOther() => Assert.That(Operations().Select(one => one.Name), Is.EquivalentTo(s_routes).And.Not.Empty);

    [Test]
    public void EveryOperation_SaysWhatItDoes_AndWhatItAnswers() => Assert.Multiple(() =>
    {
        foreach (var (name, operation) in Operations())
        {
            Assert.That((string?)operation["summary"], Is.Not.Empty, name);
            Assert.That(operation["responses"]!["200"]!["content"]!.AsObject(), Is.Not.Empty, name);
            if (name.StartsWith("POST", StringComparison.Ordinal)) Assert.That(operation["requestBody"], Is.Not.Null, $"{name} says what it takes");
        }
    });

    [Test]
    public void EveryContract_IsInTheDocument()
    {
        var schemas = s_document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key);
        var contracts = typeof(ApiJson).GetCustomAttributesData().Where(attribute => attribute.AttributeType.Name == "JsonSerializableAttribute")
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!).Select(type => type.IsGenericType ? type.GetGenericArguments()[0] : type).Select(type => type.Name).Distinct();
        Assert.That(schemas, Is.EquivalentTo(contracts));
    }

    [Test]
    public void EveryReference_LeadsToASchema()
    {
        var schemas = s_document["components"]!["schemas"]!.AsObject();
        var references = Reference().Matches(s_document.ToJsonString()).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.That(references, Is.Not.Empty);
        Assert.That(references.Where(name => !schemas.ContainsKey(name)), Is.Empty);
    }

    [Test]
    public void Schema_OfAContract_IsAsItIsSerialised()
    {
        var order = s_document["components"]!["schemas"]!["OrderRequest"]!;
        Assert.That(order["properties"]!.AsObject().Select(property => property.Key), Does.Contain("price_micros").And.Contain("term_minutes"));
        Assert.That(order["required"]!.AsArray().Select(name => (string)name!), Does.Contain("market").And.Contain("price_micros"));
    }

    /// <summary>The endpoints' own text says which names they read: one that nobody declared would be a parameter nobody can know of.</summary>
    [Test]
    public void EveryQueryParameter_ThatEndpointsRead_IsInTheDocument()
    {
        var declared = Operations().SelectMany(one => one.Operation["parameters"]!.AsArray()).Where(parameter => (string?)parameter!["in"] == "query").Select(parameter => (string)parameter!["name"]!).ToHashSet();
        var read = RepositoryFiles.Under("src/HyphaMarket.Node/Api/Endpoints", "*.cs").SelectMany(text => QueryName().Matches(text)).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.That(read, Is.Not.Empty);
        Assert.That(declared, Is.EquivalentTo(read));
    }

    private static IEnumerable<(string Name, JsonObject Operation)> Operations() => s_document["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject().Select(method => ($"{method.Key.ToUpperInvariant()} {path.Key}", method.Value!.AsObject())));

    [GeneratedRegex("#/components/schemas/(\\w+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("(?:Query|Number|Moment)\\(context, \"(\\w+)\"")]
    private static partial Regex QueryName();
}
