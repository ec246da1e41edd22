using System.Globalization;
using System.Text;

using Microsoft.Win32.SafeHandles;

namespace HyphaMarket.Bench.Peers;

/// <summary>A process that is one end of a measure: it serves the commands of <see cref="IMeasuredPeer"/>, a <see cref="PeerLine"/> each, until its input ends.</summary>
public static class PeerProgram
{
    private const int StandardInput = 0, StandardOutput = 1;

    /// <summary>Serves standard input and output. Its thread waits for each command's end, so that no thread of the pool waits for input.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string stack)
    {
        using var input = new StreamReader(Open(StandardInput, FileAccess.Read), Encoding.UTF8);
        using var output = new StreamWriter(Open(StandardOutput, FileAccess.Write)) { AutoFlush = true };
        var peer = stack switch
        {
            HostPeer.Stack => (IMeasuredPeer)new HostPeer(),
            SealedSocketPeer.Stack => new SealedSocketPeer(),
            _ => null,
        };
        if (peer is null)
        {
            output.WriteLine($"There is no stack '{stack}'; there are {HostPeer.Stack} and {SealedSocketPeer.Stack}.");
            return 2;
        }

        while (input.ReadLine() is { } line)
        {
            if (PeerLine.TryParse(line) is not { } request) continue;
            output.WriteLine(Answer(peer, request));
        }

        peer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return 0;
    }

    private static PeerLine Answer(IMeasuredPeer peer, PeerLine request)
    {
        try
        {
            return request with { Word = PeerLine.Ok, Rest = AnswerAsync(peer, request).GetAwaiter().GetResult() };
        }
        catch (Exception exception)
        {
            // Told to whoever asked, who decides what it means.
            return request with { Word = PeerLine.Error, Rest = $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}" };
        }
    }

    private static async Task<string> AnswerAsync(IMeasuredPeer peer, PeerLine request)
    {
        switch (request.Word)
        {
            case "start":
                return $"address={await peer.StartAsync()}";
            case "handshakes":
                return Format(await peer.HandshakesAsync(request.Text("address"), Duration(request)));
            case "bulk":
                return Format(await peer.BulkAsync(request.Text("address"), request.Whole("bytes")));
            case "requests":
                return Format(await peer.RequestsAsync(request.Text("address"), (int)request.Whole("concurrency"), Duration(request)));
            case "gossip":
                return Format(await peer.GossipAsync(request.Text("address"), (int)request.Whole("messages")));
            case "connect":
                await peer.ConnectAsync(request.Text("address"), (int)request.Whole("connections"));
                return "";
            case "allocated":
                return string.Create(CultureInfo.InvariantCulture, $"bytes={peer.AllocatedBytes}");
            case "collect":
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                return "";
            default:
                throw new NotSupportedException($"There is no command '{request.Word}'.");
        }
    }

    private static TimeSpan Duration(PeerLine request) => TimeSpan.FromSeconds(request.Real("seconds"));

    private static string Format(Sample sample) => string.Create(CultureInfo.InvariantCulture, $"count={sample.Count} seconds={sample.Seconds}");

    /// <summary>The pipe itself: a console costs a node memory that is not the node's.</summary>
    private static FileStream Open(int descriptor, FileAccess access) => new(new SafeFileHandle(descriptor, ownsHandle: false), access, bufferSize: 0);
}
