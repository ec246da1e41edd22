using System.Reflection;
using System.Xml.Linq;
using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Examples.Tests.PublicApi;

/// <summary>What every public type of the library owes its users.</summary>
public sealed class PublicTypeTests
{
    private static readonly Assembly s_library = typeof(IHost).Assembly;

    /// <summary>The names of the members with a summary, as in <c>T:Namespace.Type</c>, from the file that is packed beside the library.</summary>
    private static readonly HashSet<string> s_described =
        [.. XDocument.Load(Path.ChangeExtension(s_library.Location, ".xml")).Descendants("member")
            .Where(member => !string.IsNullOrWhiteSpace(member.Element("summary")?.Value) || member.Element("inheritdoc") is not null)
            .Select(member => member.Attribute("name")!.Value)];

    private static Type[] Types { get; } = s_library.GetExportedTypes();

    [Test]
    public void EveryType_SaysWhatItIs() =>
        Assert.That(Types.Where(type => !s_described.Contains($"T:{type.FullName!.Replace('+', '.')}")), Is.Empty);

    /// <summary>Their names say who, and when they come is what nobody can guess.</summary>
    [Test]
    public void EveryEvent_SaysWhenItComes()
    {
        var silent = Types.SelectMany(type => type.GetEvents(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(item => !item.DeclaringType!.GetInterfaces().Any(contract => contract.GetEvent(item.Name) is not null))
            .Select(item => $"{item.DeclaringType!.FullName}.{item.Name}")
            .Where(name => !s_described.Contains("E:" + name));

        Assert.That(silent, Is.Empty);
    }

    [Test]
    public void EveryMethodOfAnInterface_SaysWhatItDoes()
    {
        var silent = Types.Where(type => type.IsInterface)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(method => !method.IsSpecialName))
            .Select(method => $"M:{method.DeclaringType!.FullName}.{method.Name}")
            .Where(name => !s_described.Any(described => described == name || described.StartsWith(name + "(", StringComparison.Ordinal)));

        Assert.That(silent, Is.Empty);
    }

    /// <summary>A bound that nobody checks fails far from where it was set.</summary>
    [Test]
    public void OptionsWithNumbersOrTimes_CanBeValidated()
    {
        var careless = Types.Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .Where(type => type.GetProperties().Any(property => property.CanWrite && (property.PropertyType == typeof(int) || property.PropertyType == typeof(TimeSpan))))
            .Where(type => type.GetMethod("Validate", []) is null);

        Assert.That(careless, Is.Empty);
    }

    [Test]
    public void Classes_AreSealedOrAbstract() =>
        Assert.That(Types.Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract), Is.Empty);

    /// <summary>Whatever runs is ended in one way: by disposal.</summary>
    [Test]
    public void WhatStarts_IsDisposable()
    {
        var endless = Types.Where(type => type.IsClass && type.GetMethods().Any(method => method.Name is "Start" or "StartAsync"))
            .Where(type => !typeof(IDisposable).IsAssignableFrom(type) && !typeof(IAsyncDisposable).IsAssignableFrom(type));

        Assert.That(endless, Is.Empty);
    }
}
