using Google.Protobuf;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Never sends messages of some kinds: a broker its votes or answers, a seller its leases, a buyer its claims after a match.</summary>
/// <param name="what">Which, by sentence and test.</param>
public sealed class Withholds(string what, Func<IMessage, bool> isWithheld) : Lie
{
    public override string Name => $"withholds {what}";

    public static Withholds Votes => new("votes", message => message is BrokerRequest { Vote: not null });

    public static Withholds Proposals => new("proposals", message => message is BrokerRequest { Proposal: not null });

    public static Withholds Answers => new("answers", message => message is BrokerResponse or EpochResponse);

    public static Withholds WhatItKnows => new("what it knows", message => message is Record or BrokerRequest { Push: not null } or BrokerResponse { Records: not null });

    /// <summary>Its votes and proposals reach all, its records nobody.</summary>
    public static Withholds Records => new("all records", message => message is Record or BrokerRequest { Push: not null } or BrokerResponse { Records: not null } or BrokerResponse { Reconcile: not null });

    public static Withholds Receipts => new("receipts", message => message is SubmitResult);

    public static Withholds Fills => new("fills from their owners", message => message is FillNotice);

    public static Withholds Acceptance => new("what it accepts", message => message is SettleResponse);

    public static Withholds Claims => new("its claims after a match", message => message is SettleRequest);

    public static Withholds Activations => new("its activations", message => message is SettleRequest { Activate: not null });

    public static Withholds UsageReceipts => new("its half of receipts", message => message is LeaseResponse or LeaseRequest { Usage: not null });

    internal override IMessage? Say(int to, IMessage message) => isWithheld(message) ? null : message;
}
