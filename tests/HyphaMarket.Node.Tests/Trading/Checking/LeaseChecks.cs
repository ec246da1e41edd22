using System.Net;
using Google.Protobuf;
using HyphaMarket.Brokerage.Machines;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Market.Profiles.Detection;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Trading;
using HyphaMarket.Node.Trading.Checking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Tests.Trading.Checking;

/// <summary>Lease checks between real nodes, under a lease that runs.</summary>
internal static class LeaseChecks
{
    public static async Task AssertAsync(NodeHost buyer, NodeHost seller, NodeHost stranger, ScriptedProbe machine, TurnedStopwatch pause, string lease, CancellationToken stop)
    {
        var leases = SpotMarket.Get<ILeaseService>(buyer);
        var fits = await leases.CheckAsync(lease[..8], stop);
        Assert.That((fits.Verdict, fits.Driver, fits.Accelerators.Single()), Is.EqualTo((LeaseCheckView.Fits, "NVIDIA 550.54.14", "1 x Tesla T4, 15360 MiB")), string.Join("; ", fits.Findings));

        Assert.That(async () => await leases.CheckAsync(lease, stop), Throws.TypeOf<ApiException>().With.Property("Error").Property("Code").EqualTo(SettleRefusalCodes.Busy));
        pause.Advance(new CheckOptions().AnswerEvery);

        // What it sold, and has no longer.
        var sold = machine.Facts.Reading;
        machine.Facts = machine.Facts with { Reading = sold with { Inventory = sold.Inventory with { Accelerators = [new Accelerator("nvidia", "Tesla P4", "nvidia-p4", 7_500)], CpuCores = 2 } } };
        var less = await leases.CheckAsync(lease, stop);
        Assert.That(less.Verdict, Is.EqualTo(LeaseCheckView.Less));
        Assert.That(less.Findings.Where(finding => finding.Verdict == LeaseCheckView.Less).Select(finding => finding.Requirement), Is.EqualTo(new[] { "accelerators", "CPU cores" }));
        await SpotMarket.EventAsync(buyer, happened => happened is { Event: NodeEventKind.Warning, Reason: "less-than-promised" } && happened.Lease == lease);

        // Kept with the lease, in the worker's own hand.
        var shown = await leases.GetAsync(lease, stop);
        Assert.That((shown.Check?.Verdict, shown.Check?.AskedAt), Is.EqualTo((LeaseCheckView.Less, less.AskedAt)));
        var kept = await leases.ListChecksAsync(lease, stop);
        Assert.That(kept.Select(check => check.Verdict), Is.EqualTo(new[] { LeaseCheckView.Less, LeaseCheckView.Fits }));
        var node = SpotMarket.Get<TraderSurroundings>(buyer);
        var record = Record.Parser.ParseFrom(kept[0].Record);
        Assert.That(SignedRecords.VerifySignature(node.NetworkId, record, SpotMarket.Get<TraderSurroundings>(seller).Signer.Id, node.Verifier), "anybody can check who said it");

        Assert.That(async () => await SpotMarket.Get<ILeaseService>(seller).CheckAsync(lease, stop), Throws.TypeOf<ApiException>().With.Property("Error").Property("Code").EqualTo("not-the-buyer"));
        Assert.That((await AskAsync(stranger, seller, lease, MachineReports.NonceBytes, stop)).Refused.Code, Is.EqualTo(SettleRefusalCodes.UnknownLease), "nobody else is told what this machine is");
        Assert.That((await AskAsync(buyer, seller, lease, 8, stop)).Refused.Code, Is.EqualTo(SettleRefusalCodes.Malformed));
        Assert.That(machine.Looks, Is.EqualTo(2));
        await AssertNoOldAnswerIsTakenAsync(buyer, seller, lease, record, stop);
        await AssertLiarIsTamedAsync(leases, seller, lease, stop);
    }

    /// <summary>A worker that shows what it signed before its machine became another.</summary>
    private static async Task AssertNoOldAnswerIsTakenAsync(NodeHost buyer, NodeHost seller, string lease, Record old, CancellationToken stop)
    {
        var worker = SpotMarket.Get<TraderSurroundings>(seller).Network;
        worker.Host.Unhandle(MarketProtocols.Check);
        worker.Rpc.Serve(MarketProtocols.Check, CheckRequest.Parser, new ServeOptions(), (_, _, _) => Task.FromResult<IMessage>(new CheckResponse { Report = old }));
        var refused = (await Assert.ThrowsAsync<ApiException>(async () => await SpotMarket.Get<ILeaseService>(buyer).CheckAsync(lease, stop)))!;
        Assert.That((refused.Error.Code, refused.Error.Reason), Is.EqualTo(("bad-report", "The worker's answer is none: It answers another question: its nonce is not the one that was asked with.")));
        Assert.That(await SpotMarket.Get<ILeaseService>(buyer).ListChecksAsync(lease, stop), Has.Count.EqualTo(2), "what is no answer is not kept");
    }

    /// <summary>A worker that refuses in words that a terminal would obey.</summary>
    private static async Task AssertLiarIsTamedAsync(ILeaseService leases, NodeHost seller, string lease, CancellationToken stop)
    {
        const string Clear = "\u001b[2J\u001b[H", Detail = Clear + "verdict  fits\n";
        var network = SpotMarket.Get<TraderSurroundings>(seller).Network;
        network.Host.Unhandle(MarketProtocols.Check);
        network.Host.Unhandle(MarketProtocols.Tunnel);
        network.Rpc.Serve(MarketProtocols.Check, CheckRequest.Parser, new ServeOptions(), (_, _, _) => Task.FromResult<IMessage>(new CheckResponse { Refused = new SettleRefusal { Code = Clear, Detail = Detail + new string('x', 10_000) } }));
        network.Host.Handle(MarketProtocols.Tunnel, async (stream, token) => await LengthPrefixed.WriteAsync(stream, new TunnelOpened { Code = Clear, Detail = Detail }, token));
        Func<Task>[] asked = [() => leases.CheckAsync(lease, stop), () => leases.OpenTunnelAsync(lease, new IPEndPoint(IPAddress.Loopback, 0), 22, stop)];
        foreach (var ask in asked)
        {
            var error = (await Assert.ThrowsAsync<ApiException>(async () => await ask()))!.Error;
            Assert.That(error.Code, Is.EqualTo(SettleRefusalCodes.Refused));
            Assert.That(error.Reason, Does.StartWith("The worker ").And.Contain("?[2J?[Hverdict  fits?").And.Length.LessThan(2 * PlainText.MaxSentence));
            Assert.That(PlainText.IsPlain(error.Reason));
        }
    }

    private static async Task<CheckResponse> AskAsync(NodeHost from, NodeHost worker, string lease, int nonceBytes, CancellationToken stop)
    {
        var (asker, asked) = (SpotMarket.Get<TraderSurroundings>(from), SpotMarket.Get<TraderSurroundings>(worker));
        var request = new CheckRequest { Network = ByteString.CopyFrom(asker.NetworkId.Value.ToArray()), Lease = ByteString.CopyFrom(Convert.FromHexString(lease)), Nonce = ByteString.CopyFrom(new byte[nonceBytes]) };
        var addresses = (await SpotMarket.StatusAsync(worker)).Addresses.Select(text => Libp2p.Multiformats.Multiaddr.Parse(text)).ToBytes();
        return (await asker.Network.Rpc.CallAsync(asked.Signer.Id, addresses, MarketProtocols.Check, request, CheckResponse.Parser, TimeSpan.FromSeconds(20), stop))!;
    }
}
