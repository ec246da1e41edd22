using Microsoft.AspNetCore.Http;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Api.Server;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/v1/events.</summary>
internal static class EventEndpoints
{
    public static void Map(ApiSurface api) =>
        api.Stream("/v1/events", ApiJson.Default.NodeEvent, atOnce: true, (context, stop) => ApiSurface.Service<EventHub>(context).WatchAsync(After(context), stop), Cursor)
            .Says("What happens on this node, as it happens.").Query("after", AfterSays);

    internal const string AfterSays = "The sequence or cursor of the last event seen; 0 for all that are kept. Absent: new ones only.";

    /// <summary>Where a reader goes on after an event; null for what the stream itself says.</summary>
    internal static string? Cursor(HttpContext context, NodeEvent happened) => happened.Seq == 0 ? null : ApiSurface.Service<EventHub>(context).CursorOf(happened.Seq);

    /// <summary>The last sequence that the watcher saw; null for new events only. A browser that comes back tells it by itself, in the header.</summary>
    internal static long? After(HttpContext context)
    {
        var text = context.Request.Headers.TryGetValue("Last-Event-ID", out var last) && last.Count == 1 ? last[0] : ApiSurface.Query(context, "after");
        if (string.IsNullOrEmpty(text)) return null;
        return ApiSurface.Service<EventHub>(context).TryParse(text, out var seq)
            ? seq
            : throw new ApiException(ApiFailure.BadRequest, "bad-cursor", $"\"{text}\" is no place in the stream of events.", "Give the id of an event as the stream told it, a sequence number, or 0 for all that are kept.");
    }
}
