using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Epochs;

/// <summary>Death, leaving, terms, growth, and a set that is gone. An epoch is a minute, newcomers are seen for two, a term is twenty.</summary>
[TestFixture]
internal sealed class EpochChangeTests
{
    [Test]
    public void NothingHappens_NothingChanges()
    {
        var network = Formed(7, brokers: 5);
        network.Run(1_000_000);
        Assert.That(network.Adopted.Select(entry => entry.Config.Epoch), Is.All.EqualTo(0));
    }

    [Test]
    public void AMemberThatDied_IsReplacedByTheNearestThatWasSeenForLong()
    {
        var network = Formed(7, brokers: 5);
        network.Run(150_000);
        network.Down.Add(2);
        network.Run(50_000);
        Assert.That(network.Nodes[0].Current!.Epoch, Is.EqualTo(0), "it might only be restarting");
        network.Run(60_000);
        AssertAllAgree(network, 0, 1, 3, 4, 5);
        var config = network.Nodes[0].Current!;
        Assert.That((config.Epoch, config.Kind, config.Previous), Is.EqualTo((1UL, EpochKind.Change, (Wire.RecordId?)network.Adopted[0].Config.Id)));
        Assert.That(config.HasQuorum(network.Rules.Network, EpochPhase.Commit, new TestVerifier(), network.Adopted[0].Config));
        Assert.That(config.HasQuorum(network.Rules.Network, EpochPhase.Commit, new TestVerifier()), Is.False, "not without the set before it");
        Assert.That(network.Nodes[5].Current!.Id, Is.EqualTo(config.Id), "the newcomer knows that it is a broker");
        Assert.That(network.Nodes[6].Current!.Id, Is.EqualTo(config.Id), "who is near follows");
    }

    [Test]
    public void ManyIdsOfOneNetworkNearTheKey_GetOnePlace_ThoughTheyAreTheNearest()
    {
        // Twelve ids ground near the key come after the set was formed; two honest nodes wait farther away, each in a network of its own.
        var network = new EpochNetwork(19, brokers: 5) { AddressOf = node => node < 12 ? [4, 44, 1, 1, (byte)(node + 1), 6, 0, 1] : [4, 45, 1, (byte)node, 1, 6, 0, 1] };
        network.Down.UnionWith(Enumerable.Range(0, 12));
        for (var i = 12; i < 19; i++)
        {
            network.Seen[i] = [.. Enumerable.Range(12, 7)];
            network.Want(i);
        }

        network.Run(20_000);
        network.Down.Clear();
        for (var i = 0; i < 19; i++) network.Seen[i] = [.. Enumerable.Range(0, 19)];
        for (var i = 0; i < 12; i++) network.Want(i);
        network.Run(300_000);
        Assert.That(network.Nodes[12].Current!.Epoch, Is.EqualTo(0), "nobody takes a place that is not empty before a term is over");
        for (var died = 12; died < 14; died++)
        {
            network.Down.Add(died);
            for (var i = 0; i < 19; i++) network.Seen[i] = [.. Enumerable.Range(0, 19).Where(node => !network.Down.Contains(node))];
            network.Run(200_000);
        }

        var set = network.Nodes[16].Current!;
        Assert.That(network.Signers[12..14].Select(dead => set.IndexOf(dead.Id)), Is.All.EqualTo(-1), "the dead are replaced");
        Assert.That(network.Signers[..12].Count(signer => set.IndexOf(signer.Id) >= 0), Is.LessThanOrEqualTo(1), "ids of one network");
    }

    [Test]
    public void AMemberThatIsBackInTime_Stays()
    {
        var network = Formed(6, brokers: 5);
        network.Run(150_000);
        network.Down.Add(2);
        network.Run(50_000);
        network.Restart(2);
        network.Run(200_000);
        Assert.That(network.Nodes[0].Current!.Epoch, Is.EqualTo(0));
    }

    [Test]
    public void WhoWasReplaced_LearnsItWhenItIsBack()
    {
        var network = Formed(6, brokers: 5);
        network.Run(150_000);
        network.Down.Add(2);
        network.Run(120_000);
        network.Restart(2);
        network.Run(20_000);
        Assert.That(network.Nodes[2].Current!.Id, Is.EqualTo(network.Nodes[0].Current!.Id));
        Assert.That(network.Nodes[2].Current!.IndexOf(network.Signers[2].Id), Is.EqualTo(-1));
    }

    [Test]
    public void ANewcomerThatNobodySawForLong_DoesNotReplaceTheDead_UntilItWas()
    {
        var network = Formed(6, brokers: 5, down: [5]);
        network.Down.Add(2);
        network.Restart(5);
        network.Want(5);
        network.Run(100_000);
        Assert.That(network.Nodes[0].Current!.IndexOf(network.Signers[5].Id), Is.EqualTo(-1));
        network.Run(120_000);
        AssertAllAgree(network, 0, 1, 3, 4, 5);
    }

    [Test]
    public void AMemberThatLeaves_IsReplaced_AndIsFreeToGo()
    {
        var network = Formed(6, brokers: 5);
        network.Run(150_000);
        network.Nodes[1].IsLeaving = true;
        network.Run(30_000);
        AssertAllAgree(network, 0, 2, 3, 4, 5);
        Assert.That(network.Nodes[1].Current!.Id, Is.EqualTo(network.Nodes[0].Current!.Id));
    }

    [Test]
    public void TwoOfFiveLeave_OneGoesInAnEpoch()
    {
        var network = Formed(8, brokers: 5);
        network.Run(150_000);
        network.Nodes[1].IsLeaving = network.Nodes[3].IsLeaving = true;
        network.Run(30_000);
        Assert.That(network.Nodes[0].Current!.Epoch, Is.EqualTo(1));
        network.Run(90_000);
        AssertAllAgree(network, 0, 2, 4, 5, 6);
    }

    [Test]
    public void SomebodyNearer_WaitsForTheEndOfATerm()
    {
        // Node 0 is the nearest of all, and came last.
        var network = Formed(6, brokers: 5, down: [0]);
        network.Restart(0);
        network.Want(0);
        network.Run(1_100_000);
        Assert.That(network.Nodes[1].Current!.IndexOf(network.Signers[0].Id), Is.EqualTo(-1));
        network.Run(200_000);
        AssertAllAgree(network, 0, 1, 2, 3, 4);
    }

    [Test]
    public void ASetThatIsSmallerThanItShouldBe_Grows()
    {
        var network = Formed(5, brokers: 5, down: [3, 4]);
        Assert.That(network.Nodes[0].Current!.Members, Has.Count.EqualTo(3));
        foreach (var node in new[] { 3, 4 })
        {
            network.Restart(node);
            network.Want(node);
        }

        network.Run(300_000);
        AssertAllAgree(network, 0, 1, 2, 3, 4);
    }

    [Test]
    public void ALoneBroker_HandsItsPlaceOver()
    {
        var network = Formed(2, brokers: 1);
        network.Run(150_000);
        network.Nodes[0].IsLeaving = true;
        network.Run(30_000);
        AssertAllAgree(network, 1);
    }

    [Test]
    public void ADeadMemberThatNobodyCanReplace_GoesOnlyWhereFewerVotesAreThenEnough([Values(4, 5)] int nodes)
    {
        var network = Formed(nodes, brokers: nodes);
        network.Down.Add(2);
        network.Run(150_000);
        // Of 4 and of 3, 3 votes certify: nothing is won, and the dead one might come back. Of 5 it is 4.
        Assert.That(network.Nodes[0].Current!.Members, Has.Count.EqualTo(4));
    }

    [Test]
    public void WhoCommitsToAChange_StopsVotingTwoActivationPairsBeforeIt_BeforeAnybodySeesIt()
    {
        var network = Formed(6, brokers: 5);
        network.Run(150_000);
        network.Nodes[1].IsLeaving = true;
        network.Run(30_000);
        var first = network.Nodes[0].Current!.FirstSlot;
        Assert.That(network.Drained.Select(drain => drain.From.Value), Is.All.EqualTo(first.Value - 4));
        Assert.That(network.Drained.Select(drain => drain.Node).Distinct().Count(), Is.GreaterThanOrEqualTo(4));
        Assert.That(network.Drained.Select(drain => drain.At.UnixMs), Is.All.LessThan(network.Rules.Schedule.StartOf(first.Plus(-4)).UnixMs), "in time to drain");
    }

    [Test]
    public void ACommitmentOfBeforeARestart_StillForbidsTheVotes()
    {
        var network = Formed(6, brokers: 5);
        network.Run(150_000);
        network.Nodes[1].IsLeaving = true;
        // All commit, and nobody learns that the others did.
        network.Loses = (_, _, request) => request.AskCase == EpochRequest.AskOneofCase.Adopt;
        network.LosesAnswers = (_, _, request) => request.AskCase == EpochRequest.AskOneofCase.Commit;
        while (!network.Written(3, JournalKind.EpochCommitted).Skip(1).Any() && network.Now.UnixMs < 2_000_000) network.Run(10);
        network.Drained.Clear();
        network.Restart(3);
        network.Run(10);
        Assert.That(network.Drained.Select(drain => drain.Node), Does.Contain(3));
    }

    [Test]
    public void ASetThatIsGone_IsFollowedByAnInterregnumOfTheNearest_AfterTwoEpochs()
    {
        var network = Formed(8, brokers: 5);
        network.Run(30_000);
        network.Down.UnionWith([0, 1]);
        network.Run(100_000);
        Assert.That(network.Nodes[2].Current!.Epoch, Is.EqualTo(0));
        See(network, 2, 3, 4, 5, 6, 7);
        network.Run(60_000);
        AssertAllAgree(network, 2, 3, 4, 5, 6);
        Assert.That((network.Nodes[2].Current!.Kind, network.Nodes[2].Current!.Epoch), Is.EqualTo((EpochKind.Interregnum, 1UL)));
        Assert.That(network.Nodes[7].Current!.Id, Is.EqualTo(network.Nodes[2].Current!.Id));
    }

    [Test]
    public void TheOldSetWins_WhenItReturns()
    {
        var network = Formed(8, brokers: 5);
        network.Run(30_000);
        network.Down.UnionWith([0, 1]);
        See(network, 2, 3, 4, 5, 6, 7);
        network.Run(180_000);
        Assert.That(network.Nodes[5].Current!.Kind, Is.EqualTo(EpochKind.Interregnum));
        network.Restart(0);
        network.Run(60_000);
        Assert.That(new[] { 0, 2, 3, 4, 5, 6 }.Select(node => network.Nodes[node].Current!.Kind), Is.All.EqualTo(EpochKind.First), "0, 2, 3 and 4 are a quorum of it");
        network.Restart(5);
        network.Run(1000);
        Assert.That(network.Nodes[5].Current!.Kind, Is.EqualTo(EpochKind.First), "also after a restart");
    }

    [Test]
    public void ANewcomer_BelievesASetOfWhomAQuorumIsNear_WithItsLinks()
    {
        var network = Formed(7, brokers: 5, down: [6]);
        network.Run(150_000);
        network.Nodes[1].IsLeaving = true;
        network.Run(60_000);
        Assert.That(network.Nodes[0].Current!.Epoch, Is.EqualTo(1));
        network.Restart(6);
        network.Want(6);
        network.Run(20_000);
        Assert.That(network.Nodes[6].Path.Select(config => config.Epoch), Is.EqualTo(new ulong[] { 0, 1 }));
    }

    /// <summary>The simulator found it: such a newcomer did not believe the certificates of the sets before, took for free what they had spent, and its turns were void.</summary>
    [Test]
    public void ANewcomer_ThatFewMembersTellOfASet_KnowsTheSetsBeforeToo()
    {
        var network = Formed(7, brokers: 5, down: [6]);
        network.Run(150_000);
        network.Nodes[1].IsLeaving = true;
        network.Run(60_000);
        // Two of five are f + 1, and no quorum that would be believed with its links.
        network.Seen[6] = [0, 2, 6];
        network.Restart(6);
        network.Want(6);
        network.Run(5_000);
        Assert.That(network.Nodes[6].Path.Select(config => config.Epoch), Is.EqualTo(new ulong[] { 0, 1 }));
    }

    [Test]
    public void WhoKnowsOnlyTheLatestSet_AsksForThoseBefore_AsLongAsTheirCertificatesMatter([Values] bool matter)
    {
        var network = Formed(6, brokers: 5);
        network.Run(150_000);
        network.Nodes[1].IsLeaving = true;
        network.Run(30_000);
        network.Nodes[0].IsLeaving = true;
        network.Run(120_000);
        Assert.That(network.Nodes[2].Current!.Epoch, Is.GreaterThanOrEqualTo(2));
        if (!matter) network.Run((EpochConfig.MostLateSlots + network.Rules.TtlCapSlots) * network.Rules.Schedule.LengthMs);
        var latest = network.Nodes[2].Current!;
        network.Disks[2].RemoveAll(entry => entry.Kind == JournalKind.EpochAdopted && !entry.Payload.SequenceEqual(latest.Record.ToByteArray()));
        network.Restart(2);
        network.Want(2);
        network.Run(10_000);
        Assert.That(network.Nodes[2].Path.Select(config => config.Epoch), Is.EqualTo(network.Nodes[3].Path.Select(config => config.Epoch).Where(epoch => matter || epoch == latest.Epoch)));
    }

    [Test]
    public void ASetThatTheEarliestOneDoesNotFollow_IsNotTakenForOneBeforeIt()
    {
        var network = Formed(6, brokers: 5);
        network.Run(150_000);
        network.Nodes[1].IsLeaving = true;
        network.Run(30_000);
        var (first, second) = (network.Nodes[0].Path[0], network.Nodes[0].Current!);
        var chain = new EpochChain(network.Rules.Network, network.Rules.Market, new TestVerifier());
        chain.Believe(second.WithSignatures(second.Attempt, []));
        Assert.That(chain.TryLinkBefore(first), Is.False, "nobody of it signed the change");
        chain.Believe(second);
        Assert.That(chain.TryLinkBefore(network.Draft(first.FirstSlot, 0, 1, 2, 3)), Is.False, "it is another");
        Assert.That(chain.TryLinkBefore(first));
        Assert.That(chain.TryLinkBefore(first), Is.False, "it is known");
    }

    [Test]
    public void AClockThatJumps_MakesNobodyDead()
    {
        var network = Formed(6, brokers: 5);
        network.Run(150_000);
        network.SkewMs[0] = 3_600_000;
        network.Run(20_000);
        network.SkewMs[0] = 0;
        network.Run(100_000);
        Assert.That(network.Adopted.Select(entry => entry.Config.Epoch), Is.All.EqualTo(0));
    }

    /// <summary>Loss, restarts, deaths for good, newcomers, leavers: never two changes of one set, and everybody agrees when the faults have ended.</summary>
    [Test]
    public void UnderRandomFaults_NeverTwoChangesOfOneSet_AndAllFollowWhenTheyEnd([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var (brokers, spares) = (random.Next(4, 8), random.Next(2, 4));
        var nodes = brokers + spares;
        var network = Formed(nodes, brokers, down: [.. Enumerable.Range(brokers, spares).Where(_ => random.Next(2) == 0)]);
        foreach (var node in network.Down.ToArray())
        {
            network.Restart(node);
            network.Want(node);
        }

        network.Run(150_000);
        var loss = random.NextDouble() / 3;
        network.Loses = network.LosesAnswers = (_, _, _) => random.NextDouble() < loss;
        var dead = new HashSet<int>();
        var leaving = new HashSet<int>();
        for (var step = 0; step < 60; step++)
        {
            network.Run(random.Next(500, 20_000));
            var node = random.Next(nodes);
            if (dead.Contains(node)) continue;
            switch (random.Next(8))
            {
                // As many as the set withstands at once.
                case 0 when dead.Count + leaving.Count < spares - 1 && Missing(network, dead) < Latest(network).Quorum.Faulty:
                    network.Down.Add(node);
                    dead.Add(node);
                    break;
                case 1 when dead.Count + leaving.Count < spares - 1:
                    network.Nodes[node].IsLeaving = true;
                    leaving.Add(node);
                    break;
                case 2 or 3:
                    network.Restart(node);
                    network.Nodes[node].IsLeaving = leaving.Contains(node);
                    break;
                case 4:
                    network.SkewMs[node] = random.Next(-2_000, 2_000);
                    break;
                default:
                    break;
            }
        }

        network.Loses = network.LosesAnswers = (_, _, _) => false;
        network.SkewMs.Clear();
        for (var i = 0; i < nodes; i++) if (!dead.Contains(i)) network.Want(i);
        // The dead are dead for an epoch, newcomers seen for two, and f go in an epoch.
        network.Run(900_000);

        var byEpoch = network.Adopted.Select(entry => entry.Config).DistinctBy(config => config.Id).GroupBy(config => config.Epoch).ToArray();
        Assert.That(byEpoch.Select(sets => sets.Count()), Is.All.EqualTo(1), $"seed {seed}: one set in an epoch");
        var alive = Enumerable.Range(0, nodes).Where(node => !dead.Contains(node)).ToArray();
        var current = network.Nodes[alive[0]].Current!;
        Assert.That(alive.Select(node => network.Nodes[node].Current!.Id), Is.All.EqualTo(current.Id), $"seed {seed}: all follow");
        Assert.That(dead.Concat(leaving).Where(node => current.IndexOf(network.Signers[node].Id) >= 0), Is.Empty, $"seed {seed}: who is dead or leaves is gone");
    }

    private static EpochConfig Latest(EpochNetwork network) => network.Adopted.MaxBy(entry => entry.Config.Epoch).Config;

    private static int Missing(EpochNetwork network, IEnumerable<int> dead) => dead.Count(node => Latest(network).IndexOf(network.Signers[node].Id) >= 0);

    private static EpochNetwork Formed(int nodes, int brokers, params int[] down)
    {
        var network = new EpochNetwork(nodes, brokers: brokers);
        network.Down.UnionWith(down);
        See(network, [.. Enumerable.Range(0, nodes).Except(down)]);
        for (var i = 0; i < nodes; i++) if (!down.Contains(i)) network.Want(i);
        network.Run(30_000);
        Assert.That(network.Adopted, Is.Not.Empty, "the first set is formed");
        See(network, [.. Enumerable.Range(0, nodes)]);
        return network;
    }

    private static void See(EpochNetwork network, params int[] seen)
    {
        for (var i = 0; i < network.Seen.Length; i++) network.Seen[i] = seen;
    }

    private static void AssertAllAgree(EpochNetwork network, params int[] members)
    {
        var config = network.Nodes[members[0]].Current!;
        ParticipantId[] wanted = [.. members.Select(node => network.Signers[node].Id).Order()];
        Assert.That(config.Members.Select(member => Array.FindIndex(network.Signers, signer => signer.Id == member.Peer)).Order(), Is.EqualTo(members.Order()));
        Assert.That(config.Members.Select(member => member.Peer), Is.EqualTo(wanted));
        Assert.That(members.Select(node => network.Nodes[node].Current!.Id), Is.All.EqualTo(config.Id));
    }
}
