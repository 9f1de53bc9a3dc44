using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace LusPipeline.Hosting.Settings;

/// <summary>Data annotations of a record and of the records in it; each problem with its key and the fix.</summary>
/// <param name="given">The keys that a source gives.</param>
/// <param name="needed">Whether a required key that no source gives is a problem.</param>
/// <param name="wrong">Keys with a problem already.</param>
internal sealed class RecordValidation(
    IReadOnlyDictionary<string, SettingOrigin> given, bool needed, List<SettingProblem> problems, IReadOnlySet<string> wrong)
{
    public void Check(object record, SettingShape shape, string path)
    {
        var before = problems.Count;
        foreach (var (property, part) in shape.Properties)
        {
            var key = ConfigurationPath.Combine(path, property.Name);
            var value = property.GetValue(record);
            CheckValue(record, property, key, value);
            if (part.Kind == ShapeKind.Record && value is not null)
                Check(value, part, key);
            if (part.Kind is ShapeKind.List or ShapeKind.Map && part.Element!.Kind == ShapeKind.Record)
            {
                foreach (var (name, element) in SettingShape.Elements(value))
                    Check(element!, part.Element, ConfigurationPath.Combine(key, name));
            }
        }
        // Rules over several keys mean something only when each of them is right by itself.
        if (problems.Count == before && !wrong.Any(key => Below(key, path)) && (needed || given.Keys.Any(key => Below(key, path))) && record is IValidatableObject rules)
        {
            foreach (var result in rules.Validate(new ValidationContext(record)).OfType<ValidationResult>())
            {
                var key = result.MemberNames.Select(member => ConfigurationPath.Combine(path, member)).FirstOrDefault(path);
                Add(key, result.ErrorMessage ?? "is not allowed.");
            }
        }
    }

    private void CheckValue(object record, PropertyInfo property, string key, object? value)
    {
        if (wrong.Contains(key))
            return;
        var missing = new RequiredAttribute().GetValidationResult(value, new(record)) is not null;
        var rules = property.GetCustomAttributes<ValidationAttribute>(inherit: true).OrderByDescending(rule => rule is RequiredAttribute);
        foreach (var rule in rules)
        {
            if (rule.GetValidationResult(value, new(record) { MemberName = property.Name, DisplayName = key }) is not { } result)
                continue;
            if (needed || !missing || given.ContainsKey(key))
                Add(key, Message(rule, result, key, value));
            return;
        }
    }

    private void Add(string key, string message) => problems.Add(new(key, given.TryGetValue(key, out var origin) ? origin : null, message));

    private static string Message(ValidationAttribute rule, ValidationResult result, string key, object? value) => rule switch
    {
        RequiredAttribute => $"is required. Set it in {ConfigurationSources.DefaultFile}, by the environment variable {SettingsSection.VariableOf(key)} or by --set {key}=….",
        RangeAttribute { MinimumIsExclusive: false, MaximumIsExclusive: false } range when !Secrets.IsSecret(key) =>
            $"{SettingValue.Format(value)} is not allowed. Give {SettingValue.Format(range.Minimum)} to {SettingValue.Format(range.Maximum)}.",
        _ => result.ErrorMessage ?? "is not allowed.",
    };

    private static bool Below(string key, string path) => key.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase);
}
