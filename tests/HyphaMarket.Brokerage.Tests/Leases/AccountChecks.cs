using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Tests.Settlement;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Leases;

/// <summary>What must hold of the accounts of two honest parties at every moment.</summary>
internal static class AccountChecks
{
    public static void Check(TestNode seller, TestNode buyer)
    {
        foreach (var node in (TestNode[])[seller, buyer])
        {
            if (node.IsUp) OnlyReceiptsPost(node);
        }

        if (seller.IsUp && buyer.IsUp) SellerHasNoMoreThanTheBuyerSigned(seller, buyer);
    }

    /// <summary>"Receipts are the only postings": a balance is the sum of the last receipts of its leases.</summary>
    private static void OnlyReceiptsPost(TestNode node)
    {
        foreach (var (counterparty, balance) in node.Core.Leases.Accounts.Balances)
        {
            var receipted = node.Core.Leases.Leases.Where(lease => lease.Counterparty == counterparty).Sum(lease => lease.Role == LeaseRole.Seller ? lease.Micros : -lease.Micros);
            if (balance != receipted) throw new AssertionException($"{node} has a balance of {balance} and receipts of {receipted}.");
        }

        foreach (var lease in node.Core.Leases.Leases.Where(lease => lease.Receipt is not null))
        {
            var body = UsageBody.Parser.ParseFrom(lease.Receipt!.Body);
            if (lease.Receipt.Both is not { Buyer.Length: > 0, Seller.Length: > 0 }) throw new AssertionException($"{node} posted a receipt that lacks a half.");
            if (body.Minutes != lease.Minutes || body.Micros != lease.Micros) throw new AssertionException($"{node} counts other minutes than its receipt.");
        }
    }

    /// <summary>The buyer signs first, so it is never behind; and as receipts are cumulative, the seller lacks at most what it has not asked for again.</summary>
    private static void SellerHasNoMoreThanTheBuyerSigned(TestNode seller, TestNode buyer)
    {
        foreach (var sold in seller.Core.Leases.Leases)
        {
            if (buyer.Core.Leases.Find(sold.Id) is { } bought && sold.Minutes > bought.Minutes) throw new AssertionException($"The seller has {sold.Minutes} minutes receipted, the buyer signed {bought.Minutes}.");
        }
    }
}
