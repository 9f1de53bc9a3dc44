using System.ComponentModel.DataAnnotations;
using LusPipeline.Hosting.Broker;

namespace LusPipeline.Hosting.Settings;

/// <summary>Where an S3 server tells over AMQP what was uploaded. A notification is a hint to look at once; listing finds everything without it.</summary>
public sealed record NotificationOptions : IValidatableObject
{
    public const string Section = "Notifications";

    /// <summary>Exchange that the S3 server publishes to. One that is missing is made, as a topic exchange. Empty: no notifications.</summary>
    [RegularExpression("[A-Za-z0-9_.:-]{0,127}", ErrorMessage = "has up to 127 letters, digits, '_', '.', ':' or '-'.")]
    public string Exchange { get; init; } = "";

    /// <summary>
    /// Address of the broker that has the exchange, in the form of <c>Broker:Uri</c>. Without it, <c>Broker:Uri</c>. TLS is as in the section
    /// <c>Broker</c>.
    /// </summary>
    public Uri? Uri { get; init; }

    /// <summary>Routing key of the messages to read: the topic's name in S3, or <c>#</c> for all.</summary>
    [Required(AllowEmptyStrings = false)]
    [StringLength(255)]
    public string RoutingKey { get; init; } = "#";

    internal bool Wanted => Exchange.Length > 0;

    /// <summary>How its broker is reached.</summary>
    internal BrokerOptions BrokerOf(BrokerOptions broker) => Uri is null ? broker : broker with { Uri = Uri };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Uri is null)
            yield break;
        if (!Wanted)
            yield return new("is given without Exchange.", [nameof(Uri)]);
        if (BrokerOptions.ProblemOf(Uri) is { } problem)
            yield return new(problem, [nameof(Uri)]);
    }
}
