using System.Text.Json.Nodes;

namespace HyphaMarket.Bench.Peers;

/// <summary>Serves one peer's commands over JSON lines: a request a line, an answer a line, one at a time, until the input ends.</summary>
/// <remarks><c>{"id":1,"command":"bulk","arguments":{…}}</c> is answered by <c>{"id":1,"ok":true,"result":{…}}</c> or <c>{"id":1,"ok":false,"error":{"message":"…"}}</c>.</remarks>
public static class PeerProgram
{
    /// <summary>The stacks that <see cref="RunAsync"/> knows.</summary>
    public static IReadOnlyList<string> Stacks { get; } = [HostPeer.Stack, SealedSocketPeer.Stack];

    /// <exception cref="ArgumentException">There is no such stack.</exception>
    public static async Task RunAsync(string stack, TextReader input, TextWriter output, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        await using IMeasuredPeer peer = stack switch
        {
            HostPeer.Stack => new HostPeer(),
            SealedSocketPeer.Stack => new SealedSocketPeer(),
            _ => throw new ArgumentException($"There is no stack '{stack}'; there are {string.Join(", ", Stacks)}.", nameof(stack)),
        };
        while (await input.ReadLineAsync(stop) is { } line)
        {
            var request = JsonNode.Parse(line)!.AsObject();
            var answer = new JsonObject { ["id"] = request["id"]?.DeepClone() };
            try
            {
                answer["result"] = await AnswerAsync(peer, (string)request["command"]!, request["arguments"]?.AsObject() ?? []);
                answer["ok"] = true;
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                // Told to whoever asked, who decides what it means.
                answer["ok"] = false;
                answer["error"] = new JsonObject { ["name"] = exception.GetType().Name, ["message"] = exception.Message };
            }

            await output.WriteLineAsync(answer.ToJsonString());
            await output.FlushAsync(stop);
        }
    }

    private static async Task<JsonObject> AnswerAsync(IMeasuredPeer peer, string command, JsonObject arguments)
    {
        var address = (string?)arguments["address"] ?? "";
        var duration = TimeSpan.FromSeconds((double?)arguments["seconds"] ?? 0);
        switch (command)
        {
            case "start":
                return new JsonObject { ["address"] = await peer.StartAsync() };
            case "handshakes":
                return Json(await peer.HandshakesAsync(address, duration));
            case "bulk":
                return Json(await peer.BulkAsync(address, (long)arguments["bytes"]!));
            case "requests":
                return Json(await peer.RequestsAsync(address, (int)arguments["concurrency"]!, duration));
            case "gossip":
                return Json(await peer.GossipAsync(address, (int)arguments["messages"]!));
            case "connect":
                await peer.ConnectAsync(address, (int)arguments["connections"]!);
                return [];
            case "allocated":
                return new JsonObject { ["bytes"] = peer.AllocatedBytes };
            case "collect":
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                return [];
            default:
                throw new NotSupportedException($"There is no command '{command}'.");
        }
    }

    private static JsonObject Json(Sample sample) => new() { ["count"] = sample.Count, ["seconds"] = sample.Seconds };
}
