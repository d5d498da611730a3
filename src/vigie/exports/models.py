"""Files given to people: workbooks, texts, pages to print; each is written down before it is made."""
