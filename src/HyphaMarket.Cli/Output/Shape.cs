using System.Text.Json.Serialization.Metadata;

namespace HyphaMarket.Cli.Output;

/// <summary>How values of one type are written in every format.</summary>
/// <param name="Id">What <c>-q</c> prints.</param>
internal sealed record Shape<T>(JsonTypeInfo<T> Json, Func<T, string> Id, IReadOnlyList<Column<T>> Columns);
