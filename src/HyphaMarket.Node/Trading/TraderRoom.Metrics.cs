using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Traders;

namespace HyphaMarket.Node.Trading;

// What is counted of this node's own trades.
public sealed partial class TraderRoom
{
    private void CountMatched(Order order) =>
        _node.Metrics.Matched(OrderViews.SideOf(order.Offer.Side), TimeSpan.FromMilliseconds(Math.Max(0, Now.UnixMs - order.Created.UnixMs)));

    private void Count(SettlementEvent raised)
    {
        switch (raised)
        {
            case SettlementEvent.LeaseOpened:
                _node.Metrics.Delivered("delivered");
                break;
            case SettlementEvent.PurchaseDeclined:
                _node.Metrics.Delivered("declined");
                break;
            case SettlementEvent.PurchaseFailed:
                _node.Metrics.Delivered("failed");
                break;
            case SettlementEvent.SaleReleased:
                _node.Metrics.Delivered("released");
                break;
            case SettlementEvent.SaleLapsed:
                _node.Metrics.Delivered("lapsed");
                _node.Metrics.ReservationExpired();
                break;
            default:
                break;
        }
    }
}
