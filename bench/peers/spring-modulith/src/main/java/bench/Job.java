package bench;

/** What an incident's event holds; the field names are those of its JSON. */
public record Job(
    String number,
    String state,
    String assignment_group,
    String assigned_to,
    String priority,
    String at,
    String note,
    String due) {}
